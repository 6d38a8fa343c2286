"""What `make bench` measures: each module has a function that gives its figures, and `python -m bench` prints them side by side."""
