<?php

declare(strict_types=1);

/** Gives the value of secret/SECRET_PATH from Vault. */
function readSecret(): string
{
    $call = curl_init(getenv('VAULT_ADDR') . '/v1/secret/data/SECRET_PATH');
    curl_setopt_array($call, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
        CURLOPT_HTTPHEADER => ['X-Vault-Token: ' . getenv('VAULT_TOKEN')],
    ]);
    $answer = curl_exec($call);
    $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    if ($status !== 200) {
        throw new RuntimeException("secret/SECRET_PATH cannot be read from Vault: $status");
    }
    $secret = json_decode($answer, true)['data']['data']['value'] ?? null;
    if (!is_string($secret)) {
        throw new RuntimeException('secret/SECRET_PATH in Vault has no key value');
    }
    return $secret;
}
