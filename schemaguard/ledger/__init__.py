"""The ledger: the append-only, tamper-evident record of every act. Pure."""
