"""Who is who: signatures, certificates and their verifiers. Imports nothing else of Wattloom's."""
