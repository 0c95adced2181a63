copy new_blocks (as_of, surface_level, surface_key, signal, rule, reason, detail) from stdin
