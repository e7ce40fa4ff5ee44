<?php

declare(strict_types=1);

/** Gives SECRET_NAME from the environment. */
function readSecret(): string
{
    $secret = getenv('SECRET_NAME');
    if ($secret === false || $secret === '') {
        throw new RuntimeException('SECRET_NAME is not set in the environment');
    }
    return $secret;
}
