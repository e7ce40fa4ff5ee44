<?php

declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

use Aws\Exception\AwsException;
use Aws\SecretsManager\SecretsManagerClient;

/** Gives SECRET_PATH from AWS Secrets Manager. */
function readSecret(): string
{
    $client = new SecretsManagerClient(['region' => getenv('AWS_REGION')]);
    try {
        return $client->getSecretValue(['SecretId' => 'SECRET_PATH'])['SecretString'];
    } catch (AwsException $error) {
        throw new RuntimeException('SECRET_PATH cannot be read from AWS Secrets Manager: ' . $error->getAwsErrorCode());
    }
}
