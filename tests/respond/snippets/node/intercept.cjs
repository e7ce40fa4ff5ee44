// Loaded before a program: connections to hosts other than this one go to the port where the tests play the providers.
// Node.js asks no proxy by itself, and programs under test stay as they are.
const net = require("net");
const tls = require("tls");

const port = Number(process.env.TEST_PROVIDERS_PORT);
const local = new Set(["localhost", "127.0.0.1", "::1"]);

function redirected(args) {
  const options = args[0];
  if (options && typeof options === "object" && options.host && !local.has(options.host)) {
    const servername = options.servername || options.host;
    return [{ ...options, servername, host: "127.0.0.1", port }, ...args.slice(1)];
  }
  return args;
}

const connect = tls.connect;
tls.connect = (...args) => connect(...redirected(args));
net.connect = ((plain) => (...args) => plain(...redirected(args)))(net.connect);
