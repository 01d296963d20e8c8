"""Authentication, rate limits, and the reasons for which requests are refused."""
