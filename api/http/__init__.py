"""What all HTTP contracts share: how a request is read and how an answer is written."""
