import pytest

from cncf_llm.questions.written import EndpointAddressError, check_address


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "http://10.0.3.4/v1/", "http://[::1]:11434/v1"]
)
def test_private_endpoints_are_no_way_out(url):
    found = check_address(url, offline=True, key=True)
    assert found == url.rstrip("/") + "/chat/completions"


@pytest.mark.parametrize("url", ["https://8.8.8.8/v1", "https://[2606:4700::1111]/v1"])
def test_offline_refuses_public_endpoints(url):
    assert check_address(url, offline=False, key=True)
    with pytest.raises(EndpointAddressError, match="CNCF_LLM_OFFLINE"):
        check_address(url, offline=True, key=False)


def test_a_key_does_not_travel_unencrypted_to_a_public_host():
    with pytest.raises(EndpointAddressError, match="unencrypted"):
        check_address("http://8.8.8.8/v1", offline=False, key=True)
    assert check_address("http://8.8.8.8/v1", offline=False, key=False)


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host/v1",
        "http:///v1",
        "http://[/v1",
        "http://host:port/v1",
        "http://me:sk-secret@host/v1",
        "http://host/v1?key=sk-secret",
    ],
)
def test_what_is_no_address_is_refused_without_its_secrets(url):
    with pytest.raises(EndpointAddressError, match="CNCF_LLM_LLM_BASE_URL") as caught:
        check_address(url, offline=False, key=False)
    assert "sk-secret" not in str(caught.value)


def test_offline_refuses_a_host_without_address():
    with pytest.raises(EndpointAddressError, match="no address"):
        check_address("http://nowhere.invalid/v1", offline=True, key=False)
