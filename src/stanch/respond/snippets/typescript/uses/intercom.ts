import { IntercomClient, IntercomError } from "intercom-client";

async function main(): Promise<void> {
  const intercom = new IntercomClient({ token: await readSecret() });
  const admin = await intercom.admins.identify();
  console.log(`Intercom knows this token as ${admin?.name}`);
}

main().catch((error: Error) => {
  console.error(error instanceof IntercomError ? `Intercom answered ${error.statusCode}` : error.message);
  process.exitCode = 1;
});
