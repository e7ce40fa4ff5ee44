require "pg"

begin
  database = PG.connect(read_secret)
  database.exec("SELECT 1")
  puts "The database accepted the secret"
rescue PG::Error => e
  # What the driver says may quote the address, and the password in it.
  abort "the database cannot be used: #{e.class}"
rescue RuntimeError => e
  abort e.message
ensure
  database&.close
end
