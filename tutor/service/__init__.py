"""Where parts meet: tutors, shared resources, the fair queue and API keys."""
