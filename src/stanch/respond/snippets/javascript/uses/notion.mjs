import { Client } from "@notionhq/client";

async function main() {
  const notion = new Client({ auth: await readSecret() });
  const bot = await notion.users.me({});
  console.log(`Notion knows this token as ${bot.name}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
