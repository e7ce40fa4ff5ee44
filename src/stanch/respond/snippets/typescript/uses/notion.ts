import { Client } from "@notionhq/client";

async function main(): Promise<void> {
  const notion = new Client({ auth: await readSecret() });
  const bot = await notion.users.me({});
  console.log(`Notion knows this token as ${bot.name}`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
