<?php

declare(strict_types=1);

/** Gives SECRET_NAME of secret/SECRET_PROJECT from Vault. */
function readSecret(): string
{
    $call = curl_init(getenv('VAULT_ADDR') . '/v1/secret/data/SECRET_PROJECT');
    curl_setopt_array($call, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
        CURLOPT_HTTPHEADER => ['X-Vault-Token: ' . getenv('VAULT_TOKEN')],
    ]);
    $answer = curl_exec($call);
    $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    if ($status !== 200) {
        throw new RuntimeException("secret/SECRET_PROJECT cannot be read from Vault: $status");
    }
    $secret = json_decode($answer, true)['data']['data']['SECRET_NAME'] ?? null;
    if (!is_string($secret)) {
        throw new RuntimeException('secret/SECRET_PROJECT in Vault has no key SECRET_NAME');
    }
    return $secret;
}
