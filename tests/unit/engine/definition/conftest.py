"""Mistakes in what people write have codes."""

from tests.coded_problems import every_problem_has_a_code as every_problem_has_a_code
