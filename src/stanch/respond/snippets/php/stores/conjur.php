<?php

declare(strict_types=1);

/** Gives the variable SECRET_PATH from Conjur. */
function readSecret(): string
{
    $account = getenv('CONJUR_ACCOUNT');
    $login = rawurlencode((string) getenv('CONJUR_AUTHN_LOGIN'));
    $token = askConjur("/authn/$account/$login/authenticate", [
        CURLOPT_POSTFIELDS => (string) getenv('CONJUR_AUTHN_API_KEY'),
        CURLOPT_HTTPHEADER => ['Content-Type: text/plain'],
    ]);
    return askConjur("/secrets/$account/variable/" . rawurlencode('SECRET_PATH'), [
        CURLOPT_HTTPHEADER => ['Authorization: Token token="' . base64_encode($token) . '"'],
    ]);
}

function askConjur(string $path, array $options): string
{
    $call = curl_init(getenv('CONJUR_APPLIANCE_URL') . $path);
    curl_setopt_array($call, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30]);
    $answer = curl_exec($call);
    $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    if ($status !== 200) {
        throw new RuntimeException("SECRET_PATH cannot be read from Conjur: $status");
    }
    return $answer;
}
