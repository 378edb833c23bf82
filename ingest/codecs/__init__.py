"""What other ecosystems say, one file each. They know neither homes nor the device list: names stay as they came."""
