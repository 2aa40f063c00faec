"""What touches the world: small classes over the ports of handover.ports, one method an activity."""
