"""From the wire to a durable signal: brokers, codecs, intake and what was refused. It judges no one and calls no one."""
