"""Components, each usable alone: `from realip import DirectService`."""
