async function main(): Promise<void> {
  const secret = await readSecret();
  const PART_VARIABLE = process.env.PART_NAME;
  if (!PART_VARIABLE) throw new Error("PART_NAME is not set in the environment");
  const answer = await fetch(CALL_URL, {
    method: "CALL_METHOD",
    headers: {
      "HEADER_NAME": HEADER_VALUE,
    },
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) {
    throw new Error(`PROVIDER_NAME answered ${answer.status}`);
  }
  console.log("PROVIDER_NAME accepted the secret");
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
