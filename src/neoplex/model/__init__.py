"""The words of the domain as frozen values: quantities, times, locators, table rows."""
