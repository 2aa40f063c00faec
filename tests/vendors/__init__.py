"""Stand-ins for vendors, on ports of this machine: they check what they are sent as the vendor would."""
