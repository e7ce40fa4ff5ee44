begin
  secret = read_secret
  # Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
  puts secret.empty? ? "SECRET_NAME is empty" : "SECRET_NAME was read"
rescue RuntimeError => e
  abort e.message
end
