"""The identity service: genuine meters get certificates, and everybody sees which were issued."""
