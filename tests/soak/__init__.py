"""The soak battery: visits come and go for hours, and the worker is as it was."""
