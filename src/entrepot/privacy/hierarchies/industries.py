"""How industries are grouped: ISIC Rev. 4 and NACE Rev. 2, NAICS, and GB/T 4754."""

from __future__ import annotations

from collections.abc import Mapping

# Source: International Standard Industrial Classification of All Economic Activities, Rev. 4, United Nations Statistics Division; the upper groups are
# its high-level aggregation for national accounts. NACE Rev. 2 has the same sections and divisions.
ISIC: Mapping[str, tuple[str, str]] = {
    "A": ("01-03", "Agriculture, forestry and fishing"), "B": ("05-09", "Mining and quarrying"), "C": ("10-33", "Manufacturing"),
    "D": ("35-35", "Electricity and gas"), "E": ("36-39", "Water supply and waste"), "F": ("41-43", "Construction"),
    "G": ("45-47", "Wholesale and retail trade"), "H": ("49-53", "Transportation and storage"), "I": ("55-56", "Accommodation and food service"),
    "J": ("58-63", "Information and communication"), "K": ("64-66", "Finance and insurance"), "L": ("68-68", "Real estate"),
    "M": ("69-75", "Professional, scientific and technical"), "N": ("77-82", "Administrative and support service"),
    "O": ("84-84", "Public administration"), "P": ("85-85", "Education"), "Q": ("86-88", "Health and social work"),
    "R": ("90-93", "Arts, entertainment and recreation"), "S": ("94-96", "Other service"), "T": ("97-98", "Households as employers"),
    "U": ("99-99", "Extraterritorial organisations"),
}  # fmt: skip
"""Sections: their divisions, first and last, and what they are about."""
ISIC_GROUPS: Mapping[str, str] = {
    "A": "Agriculture", "BCDE": "Industry", "F": "Building", "GHI": "Trade, transport and hospitality", "J": "Information", "K": "Finance",
    "L": "Property", "MN": "Business service", "OPQ": "Public service, education and health", "RSTU": "Further service",
}  # fmt: skip
"""Sections taken together."""

# Source: North American Industry Classification System, US Census Bureau; the upper groups are the supersectors of the US Bureau of Labor Statistics.
NAICS: Mapping[tuple[str, str], str] = {
    ("Goods-producing", "Natural resources and mining"): "11=Agriculture 21=Mining",
    ("Goods-producing", "Building industry"): "23=Construction",
    ("Goods-producing", "Making of goods"): "31-33=Manufacturing",
    ("Service-providing", "Trade, transportation and utilities"): "22=Utilities 42=Wholesale_trade 44-45=Retail_trade 48-49=Transportation",
    ("Service-providing", "Information services"): "51=Information",
    ("Service-providing", "Financial activities"): "52=Finance_and_insurance 53=Real_estate",
    (
        "Service-providing",
        "Professional and business services",
    ): "54=Professional_services 55=Management_of_companies 56=Administrative_services",
    ("Service-providing", "Education and health services"): "61=Education 62=Health_care",
    ("Service-providing", "Leisure and hospitality"): "71=Arts_and_recreation 72=Accommodation_and_food",
    ("Service-providing", "Services to persons and others"): "81=Other_services",
    ("Service-providing", "Government"): "92=Public_administration",
}
"""Sectors by domain and supersector: their first two digits, or the range of them, and what they are about."""

# Source: GB/T 4754-2017, industrial classification for national economic activities.
GBT4754: Mapping[str, tuple[str, str]] = {
    "A": ("01-05", "农、林、牧、渔业"), "B": ("06-12", "采矿业"), "C": ("13-43", "制造业"), "D": ("44-46", "电力、热力、燃气及水生产和供应业"),
    "E": ("47-50", "建筑业"), "F": ("51-52", "批发和零售业"), "G": ("53-60", "交通运输、仓储和邮政业"), "H": ("61-62", "住宿和餐饮业"),
    "I": ("63-65", "信息传输、软件和信息技术服务业"), "J": ("66-69", "金融业"), "K": ("70-70", "房地产业"), "L": ("71-72", "租赁和商务服务业"),
    "M": ("73-75", "科学研究和技术服务业"), "N": ("76-79", "水利、环境和公共设施管理业"), "O": ("80-82", "居民服务、修理和其他服务业"), "P": ("83-83", "教育"),
    "Q": ("84-85", "卫生和社会工作"), "R": ("86-90", "文化、体育和娱乐业"), "S": ("91-96", "公共管理、社会保障和社会组织"), "T": ("97-97", "国际组织"),
}  # fmt: skip
"""Sections: their divisions, first and last, and what they are about."""
