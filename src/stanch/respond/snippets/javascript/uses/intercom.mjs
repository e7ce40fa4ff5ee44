import { IntercomClient } from "intercom-client";

async function main() {
  const intercom = new IntercomClient({ token: await readSecret() });
  const admin = await intercom.admins.identify();
  console.log(`Intercom knows this token as ${admin.name}`);
}

main().catch((error) => {
  console.error(error.statusCode ? `Intercom answered ${error.statusCode}` : error.message);
  process.exitCode = 1;
});
