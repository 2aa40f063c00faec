"""How long a backtest takes: see benchmarks.backtest.__main__."""
