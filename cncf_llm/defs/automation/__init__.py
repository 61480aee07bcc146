"""When things run by themselves: jobs, schedules, sensors. They do nothing until switched on.

Nothing is imported here: assets import their conditions from this package, and sensors import
from the assets' modules.
"""
