import pytest
from books import fund

from allocation.ledger.book import Book


@pytest.fixture
def book(tmp_path):
    with Book.create(tmp_path / "book.db", title="江苏省") as made:
        yield made


@pytest.fixture
def funded(book):
    return fund(book)
