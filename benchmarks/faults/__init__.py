"""Faults of pipelines, and healthy ones beside them: does pilot find each, name it right, and stay quiet else?"""
