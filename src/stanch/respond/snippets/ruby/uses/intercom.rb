require "intercom"

begin
  intercom = Intercom::Client.new(token: read_secret)
  puts "Intercom knows this token as #{intercom.admins.me.name}"
rescue Intercom::IntercomError => e
  abort "Intercom refused the call: #{e.class}"
rescue RuntimeError => e
  abort e.message
end
