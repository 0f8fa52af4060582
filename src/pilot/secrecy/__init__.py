"""Keeps secrets with the person: finds them in every form, takes them out, guards where they lie."""
