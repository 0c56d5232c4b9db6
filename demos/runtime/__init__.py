"""What runs demos: the contract, processes with limits, pictures, exports."""
