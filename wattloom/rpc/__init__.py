"""What our gRPC services share: their border, and a server with TLS, health, reflection and metrics."""
