async function main(): Promise<void> {
  const secret = await readSecret();
  // Hand it to whatever needs it from here on; keep it out of logs, files and command lines.
  console.log(secret ? "SECRET_NAME was read" : "SECRET_NAME is empty");
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
