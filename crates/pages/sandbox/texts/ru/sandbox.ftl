choose-sandbox = Войти как вымышленный человек
choose-sandbox-hint = Только в этой демонстрации: без ключа и СМС
sandbox-title = Выберите вымышленного человека
sandbox-what = Это заменяет ключ, СМС и ключ устройства, только для проверок
sandbox-person = Логин человека
sandbox-unknown = Такого человека нет. Проверьте логин
sandbox-people = Люди этой песочницы:
sandbox-code = Код этой проверки:
