require "postmark"

begin
  postmark = Postmark::ApiClient.new(read_secret)
  puts "Postmark counts #{postmark.delivery_stats[:inactive_mails]} inactive addresses"
rescue Postmark::Error => e
  abort "Postmark refused the call: #{e.message}"
rescue RuntimeError => e
  abort e.message
end
