"""Faulty pipelines, and healthy ones: pilot must find each fault, name it right, and stay quiet else."""
