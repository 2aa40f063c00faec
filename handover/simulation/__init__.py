"""A staffing and rules plan played over simulated weeks (docs/simulate.md). Pure: the random numbers are passed in."""
