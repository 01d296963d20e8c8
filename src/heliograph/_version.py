"""The version of Heliograph, and its only source: the build, the package and the commands read it here."""

__version__ = "0.1.0"
