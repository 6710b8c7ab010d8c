from zoneinfo import ZoneInfo

from bot.content import atlas


def test_every_country_has_zones_that_can_be_loaded() -> None:
    countries, _ = atlas()
    assert len(countries) > 240
    assert all(country.code == code == code.lower() for code, country in countries.items())
    assert all(ZoneInfo(zone) for country in countries.values() for zone in country.zones)


def test_the_zones_of_a_country_keep_the_order_of_the_table() -> None:
    countries, _ = atlas()
    assert countries["de"].zones == ("Europe/Berlin", "Europe/Busingen")
    assert countries["us"].zones[0] == "America/New_York"
    assert countries["ar"].zones[0] == "America/Argentina/Buenos_Aires"


def test_one_zone_stands_for_all_clocks_that_agree_from_now_on() -> None:
    _, zones = atlas()
    assert 60 < len(zones) < 150
    assert zones[0] == "Pacific/Pago_Pago"
    assert "Europe/Paris" in zones
    assert len(set(zones)) == len(zones)
