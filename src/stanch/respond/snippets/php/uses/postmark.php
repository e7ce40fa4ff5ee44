<?php

declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

use Postmark\Models\PostmarkException;
use Postmark\PostmarkClient;

try {
    $postmark = new PostmarkClient(readSecret());
    $postmark->getDeliveryStatistics();
    echo "Postmark accepted the secret\n";
} catch (PostmarkException $error) {
    fwrite(STDERR, "Postmark refused the call: {$error->getMessage()}\n");
    exit(1);
} catch (RuntimeException $error) {
    fwrite(STDERR, "{$error->getMessage()}\n");
    exit(1);
}
