import { ServerClient } from "postmark";

async function main() {
  const postmark = new ServerClient(await readSecret());
  const bounces = await postmark.getDeliveryStatistics();
  console.log(`Postmark counts ${bounces.InactiveMails} inactive addresses`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
