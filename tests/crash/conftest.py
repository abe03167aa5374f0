"""The acceptance tests' server, for tests that end it without notice."""
import importlib.util
import pathlib
import sys

_file = pathlib.Path(__file__).resolve().parents[1] / 'acceptance/conftest.py'
_spec = importlib.util.spec_from_file_location('acceptance_conftest', _file)
acceptance = importlib.util.module_from_spec(_spec)
sys.modules['acceptance_conftest'] = acceptance
_spec.loader.exec_module(acceptance)
