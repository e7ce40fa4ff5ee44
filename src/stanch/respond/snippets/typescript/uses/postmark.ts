import { ServerClient } from "postmark";

async function main(): Promise<void> {
  const postmark = new ServerClient(await readSecret());
  const bounces = await postmark.getDeliveryStatistics();
  console.log(`Postmark counts ${bounces.InactiveMails} inactive addresses`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
