"""The API keeps to its own OpenAPI description, whatever is asked: schemathesis draws requests from it."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from timviet.index import open_index
from timviet.search.web import create_app
from web_site import TOKEN, fill

_INDEX = open_index(":memory:", create=True)
fill(_INDEX)

schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(_INDEX, write_token=TOKEN))


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case):
    """Each answer has a status, a type and a body that are described for the request, and none is a fault of ours."""
    # What a filter, a key or a query may be depends on the index: the description cannot tell.
    checks = [positive_data_acceptance]
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=checks)
