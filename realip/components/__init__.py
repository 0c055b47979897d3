"""Components, each usable alone: `from realip.components.exposure import DirectService`, or by name from `realip`."""
