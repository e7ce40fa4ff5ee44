<?php

declare(strict_types=1);

try {
    $secret = readSecret();
    $PART_VARIABLE = getenv('PART_NAME') ?: throw new RuntimeException('PART_NAME is not set in the environment');
    $call = curl_init(CALL_URL);
    curl_setopt_array($call, [
        CURLOPT_CUSTOMREQUEST => 'CALL_METHOD',
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
        CURLOPT_HTTPHEADER => [
            'HEADER_NAME: ' . HEADER_VALUE,
        ],
    ]);
    $answered = curl_exec($call) !== false;
    $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    if (!$answered) {
        throw new RuntimeException('PROVIDER_NAME cannot be reached');
    }
    if (intdiv($status, 100) !== 2) {
        throw new RuntimeException("PROVIDER_NAME answered $status");
    }
    echo "PROVIDER_NAME accepted the secret\n";
} catch (RuntimeException $error) {
    fwrite(STDERR, "{$error->getMessage()}\n");
    exit(1);
}
