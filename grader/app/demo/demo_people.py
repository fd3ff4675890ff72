"""The people of the demo course: one teacher, and forty students in three sections."""

from collections.abc import Sequence

TEACHER = ("teacher@demo.example", "Tess Teacher")
SECTIONS = ("A", "B", "C")
NAMES = (
    "Ada Okafor",
    "Björn Åkesson",
    "Chidi Eze",
    "Dilek Şahin",
    "Emil Novák",
    "Farah Haddad",
    "Goran Đorđević",
    "Hana Kim",
    "Inês Conceição",
    "Jun Watanabe",
    "Kofi Mensah",
    "Lena Groß",
    "Małgorzata Wiśniewska",
    "Noor van den Berg",
    "Oisín Ó Briain",
    "Priya Raghunathan",
    "Quentin Lefèvre",
    "Rosa Muñoz Ibáñez",
    "Søren Kjær",
    "Thị Mai Nguyễn",
    "Uğur Çelik",
    "Vera Šimková",
    "Wei Zhang",
    "Ximena Peña",
    "Yusuf Al-Amin",
    "Zoë D'Angelo",
    "Αλέξανδρος Παπαδόπουλος",
    "Оксана Коваленко",
    "山田 花子",
    "李 明",
    "नेहा शर्मा",
    "محمد الفاسي",
    "דנה לוי",
    "Alma",
    "Bartholomew Featherstonehaugh-Cholmondeley",
    "Ciara O'Neill",
    "Dmitri Volkov",
    "Eleni Georgiou",
    "Fatou Diop",
    "Gustav Öberg",
)
STUDENTS: Sequence[tuple[str, str]] = tuple(
    (f"student{number}@demo.example", name) for number, name in enumerate(NAMES, start=1)
)
