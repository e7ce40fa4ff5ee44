import postgres from "pg";

async function main() {
  const database = new postgres.Client({ connectionString: await readSecret() });
  try {
    await database.connect();
    await database.query("SELECT 1");
  } catch (error) {
    // What the driver says may quote the address, and the password in it.
    throw new Error(`the database cannot be used: ${error.code ?? error.name}`);
  } finally {
    await database.end();
  }
  console.log("The database accepted the secret");
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
