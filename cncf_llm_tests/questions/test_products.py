from cncf_llm.questions.products import product_of, products
from cncf_llm_tests.questions.literals import passage


def page(path: str, title: str, text: str = "Words.", repository: str = "prometheus/prometheus"):
    return passage(text, path=path, title=title, repository=repository)


def test_a_repository_of_its_own_makes_a_product():
    readme = page("README.md", "Prometheus Push - for short jobs", repository="prometheus/push")
    other = page("docs/a.md", "A", repository="prometheus/push")
    known = products([readme, other])
    assert product_of(other, known) == "Prometheus Push"
    assert product_of(page("docs/a.md", "A"), known) is None


def test_a_folder_of_versions_makes_a_product():
    index = page("content/add-on/1.2/_index.md", "Prometheus Add-on")
    known = products([index])
    assert product_of(page("content/add-on/1.3/guide.md", "Guide"), known) == "Prometheus Add-on"
    assert product_of(page("content/docs/1.3/guide.md", "Guide"), known) is None


def test_a_folder_beside_that_of_the_project_makes_a_product():
    own = page("content/prometheus/a.md", "A")
    index = page("content/pusher/_index.md", "Pusher", "Pusher is a gateway for short jobs.")
    topics = page("content/topics/_index.md", "Topics", "All about alerts.")
    known = products([own, index, topics])
    assert product_of(page("content/pusher/a.md", "A"), known) == "Pusher (prometheus)"
    assert product_of(page("content/topics/a.md", "A"), known) is None


def test_repositories_of_documents_are_no_products():
    for name, title in (("docs", "Prometheus Docs"), ("website", "Prometheus Website")):
        assert not products([page("README.md", title, repository=f"prometheus/{name}")])
    assert not products([page("README.md", "README", repository="prometheus/push")])
