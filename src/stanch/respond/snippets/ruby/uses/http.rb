require "net/http"

begin
  secret = read_secret
  PART_VARIABLE = ENV.fetch("PART_NAME") { raise "PART_NAME is not set in the environment" }
  address = URI(CALL_URL)
  headers = {
    "HEADER_NAME" => HEADER_VALUE,
  }
  answer = Net::HTTP.start(address.host, address.port, use_ssl: true, open_timeout: 30, read_timeout: 30) do |http|
    http.send_request("CALL_METHOD", address.request_uri, nil, headers)
  end
  raise "PROVIDER_NAME answered #{answer.code}" unless answer.is_a?(Net::HTTPSuccess)

  puts "PROVIDER_NAME accepted the secret"
rescue SystemCallError, SocketError, Timeout::Error, OpenSSL::SSL::SSLError => e
  abort "PROVIDER_NAME cannot be reached: #{e.class}"
rescue RuntimeError => e
  abort e.message
end
